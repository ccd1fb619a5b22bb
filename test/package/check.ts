/** `npm run check:package`: publint and "are the types wrong" on the packed file, so that they see what a user gets. */

import { join } from 'node:path'
import { pack, repository, run, type Finished } from './packed.ts'

const packed = await pack()
try {
  const bin = (name: string): string => join(repository, 'node_modules/.bin', name)
  const results = [
    await run(bin('publint'), ['run', packed.tarball, '--strict'], repository),
    await run(bin('attw'), [packed.tarball, '--profile', 'esm-only'], repository),
  ]
  for (const result of results) report(result)
} finally {
  await packed.remove()
}

function report({ code, stdout, stderr }: Finished): void {
  process.stderr.write(stdout + stderr)
  if (code !== 0) process.exitCode = 1
}
