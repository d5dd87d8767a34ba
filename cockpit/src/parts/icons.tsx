import type { ReactNode } from 'react';

const PATHS = {
  overview: 'M3 10.500 12 3l9 7.500V20a1 1 0 0 1-1 1h-5v-6H9v6H4a1 1 0 0 1-1-1z',
  live: 'M3 12h4l3-7 4 14 3-7h4',
  approvals: 'M12 7v5l3 2M3.500 9a9 9 0 1 1-.4 4.500M3 4v5h5',
  agents: 'M5 9h14v10H5zM12 9V5M9 13.500v1M15 13.500v1M2 13v3M22 13v3',
  spend:
    'M12 3v18M16.500 7.500c-.8-1.500-2.500-2-4.500-2-2.500 0-4.500 1-4.500 3.200 0 4.600 9.500 2 9.500 6.600 0 2.200-2.200 3.200-5 3.200-2.300 0-4.200-.7-5-2.500',
  menu: 'M4 7h16M4 12h16M4 17h16',
} as const;

export function Icon({ name }: { readonly name: keyof typeof PATHS }): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Shield(): ReactNode {
  return (
    <svg className="shield" viewBox="0 0 24 24" aria-hidden="true">
      <path className="shield-body" d="M12 2 4 5v6c0 5 3.400 9.300 8 11 4.600-1.700 8-6 8-11V5z" />
      <path className="shield-tick" d="m8.500 11.800 2.500 2.500 4.500-4.800" />
    </svg>
  );
}
