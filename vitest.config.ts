import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // test/apps are applications that tests start; what is left out else needs clients, frameworks, engines or a browser installed.
    exclude: [
      ...configDefaults.exclude,
      'test/apps/**',
      'test/bench/load/**',
      'test/clients/**',
      'test/deployed/**',
      'test/stack/**',
      'test/**/*.browser.test.ts',
      '.stryker-tmp/**',
    ],
    // Tests start processes and patch globals: a process of its own for each file.
    pool: 'forks',
    // Most of the time is spent waiting for processes: on two cores, two files at once leave half of them idle (335 s), four
    // take 153 s.
    maxWorkers: Math.max(4, availableParallelism()),
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: [['default', { summary: false }]],
  },
})
