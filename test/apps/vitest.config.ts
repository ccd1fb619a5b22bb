import { configDefaults, defineConfig } from 'vitest/config'

/** `npm run test:apps`: applications with packages of their own, which are installed when they are first asked for. */
export default defineConfig({
  test: {
    include: ['test/apps/*/*.test.ts'],
    exclude: configDefaults.exclude,
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 60_000,
    // An install of some hundred packages.
    hookTimeout: 600_000,
    reporters: [['default', { summary: false }]],
  },
})
