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
    // Most of the time is spent waiting for processes: as many files at once as there are cores.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: [['default', { summary: false }]],
  },
})
