import { configDefaults, defineConfig } from 'vitest/config'

/**
 * `npm run test:apps`: applications as they are deployed, bundled or built by a framework, and with another
 * instrumentation, or under load; what they need is installed when it is first asked for. And our own pages in a browser.
 */
export default defineConfig({
  test: {
    include: [
      'test/deployed/**/*.test.ts',
      'test/apps/*/*.test.ts',
      'test/bench/load/*.test.ts',
      'test/**/*.browser.test.ts',
    ],
    exclude: configDefaults.exclude,
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 900_000,
    reporters: [['default', { summary: false }]],
  },
})
