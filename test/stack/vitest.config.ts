import { defineConfig } from 'vitest/config'

/** The real engines: slow, and left out where they are missing. */
export default defineConfig({
  test: {
    include: ['test/stack/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 240_000,
    reporters: [['default', { summary: false }]],
  },
})
