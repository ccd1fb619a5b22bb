// A peer's packages stand in a folder of its own, which the benchmark names: their versions exclude each other's.
const { createRequire } = require('node:module')
const { join } = require('node:path')
const load = createRequire(join(process.env.BENCH_MODULES, 'package.json'))

/** What is left is sent when the program has nothing more to do, as costspan does it. */
function atEnd(send) {
  process.once('beforeExit', () => send().catch(fail))
}
function fail(error) {
  console.error(error)
  process.exitCode = 1
}
module.exports = { load, atEnd }
