import { defineConfig } from 'vite';

const daemon = process.env.AEGIS_URL ?? 'http://127.0.0.1:7411';

/** Beside `vite dev` a daemon answers; it takes what comes from its own page only, so the name of the development server is left out. */
const toDaemon = {
  target: daemon,
  changeOrigin: true,
  configure: (proxy) => proxy.on('proxyReq', (request) => request.removeHeader('origin')),
};

/** `"use client"` of libraries means nothing to a page that is not rendered on a server. */
const onLog = (level, log, handle) => (log.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : handle(level, log));

export default defineConfig({
  root: import.meta.dirname,
  // The page's policy allows no inline script, so nothing small is put into the document.
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: { checks: { pluginTimings: false }, onLog },
  },
  server: { host: '127.0.0.1', proxy: { '/v1': toDaemon, '/readyz': toDaemon } },
});
