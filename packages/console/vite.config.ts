import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * The console is built once into `dist/` and served by the platform under a policy without inline scripts and without
 * `data:` images, so nothing is inlined. `npm run dev` expects a platform on its default port.
 */
export default defineConfig(({ command }) => {
  // Whatever runs the build, a test runner with a NODE_ENV of its own included, what is built is what is shipped.
  if (command === 'build') process.env.NODE_ENV = 'production';
  return {
    plugins: [react()],
    build: {
      target: 'es2023',
      assetsInlineLimit: 0,
      // The platform's policy forbids inline scripts, and every browser that runs es2023 preloads modules by itself.
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 700,
      rolldownOptions: {
        // Zod has to be told that it may not compile (`app/policy.ts`) before any schema is made, in whatever file that is.
        output: { codeSplitting: { groups: [{ name: 'policy', test: /app[\\/]policy|node_modules[\\/]zod/ }] } },
      },
    },
    server: { host: '127.0.0.1', proxy: { '/api': 'http://127.0.0.1:7447' } },
  };
});
