/** How the console is built: where it goes, its favicons with a count, and what the development server passes on. */
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const backend = process.env.CARE_CONSOLE_BACKEND ?? 'http://127.0.0.1:8080';

function favicon(count: string): string {
  const waiting = count !== '0';
  const colour = waiting ? '#c92a2a' : '#2b8a3e';
  const text = waiting ? count : '✓';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="${colour}"/><text x="32" y="46" font-family="sans-serif" font-size="${count.length > 1 ? 34 : 42}" font-weight="700" text-anchor="middle" fill="#fff">${text}</text></svg>`;
}

/** A favicon for each count of waiting alarms: files, because the content security policy forbids data URLs. */
function countedFavicons(): Plugin {
  return {
    name: 'care-favicons',
    apply: 'build',
    generateBundle() {
      for (const count of ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '9+']) {
        const name = count === '9+' ? 'many' : count;
        this.emitFile({ type: 'asset', fileName: `favicons/${name}.svg`, source: favicon(count) });
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), countedFavicons()],
  build: {
    outDir: process.env.CARE_CONSOLE_OUT ?? '../var/console',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    reportCompressedSize: true,
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': backend } },
});
