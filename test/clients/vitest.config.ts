import { defineConfig } from 'vitest/config'

/** The clients of the long tail, which `npm run test:clients` installs in this folder. */
export default defineConfig({
  test: {
    include: ['test/clients/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: [['default', { summary: false }]],
  },
})
