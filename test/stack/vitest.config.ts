import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/stack/**/*.test.ts'],
    pool: 'forks',
    // Each file starts engines of its own; two cores carry one set at a time.
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 60_000,
    reporters: [['default', { summary: false }]],
  },
})
