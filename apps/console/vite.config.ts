import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The server that `npm start` runs. */
const server = 'http://localhost:8080';

export default defineConfig({
  plugins: [react()],
  // Relative, so that the page works under any path.
  base: './',
  build: {
    outDir: 'dist',
    // Nothing inline: the page is served under a strict content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2024',
  },
  server: {
    proxy: { '/v1': { target: server, ws: true } },
  },
});
