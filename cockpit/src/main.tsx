import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { App } from './frame/app.tsx';
import { applyTheme } from './state/preferences.ts';
import { mayRetry } from './state/ask.ts';

applyTheme();
const client = new QueryClient({
  defaultOptions: { queries: { retry: (count, error) => count < 2 && mayRetry(error), staleTime: 5_000, refetchOnWindowFocus: true } },
});
const root = document.getElementById('page');
if (root !== null)
  createRoot(root).render(
    <QueryClientProvider client={client}>
      <App />
    </QueryClientProvider>,
  );
