import { defineConfig } from 'vite';

/** The command is one file too, with everything in it but Node's own modules. */
export default defineConfig({
  build: {
    target: 'node20',
    emptyOutDir: false,
    ssr: 'src/command.ts',
    minify: true,
    rolldownOptions: { output: { codeSplitting: false, entryFileNames: 'firebreak-verify.mjs' } },
  },
  ssr: { noExternal: true, resolve: { conditions: ['source', 'node', 'module', 'import', 'default'] } },
});
