/** `npm run stack:engines`: builds the real engines that `test/stack` runs, or says why it doesn't. */

import { buildEngines, notBuilt, onPath, tempoBinary } from './engines.ts'

const tell = (line: string): void => console.log(line)

const missing = notBuilt()
if (missing.length > 0 && onPath('go') === undefined) {
  tell(
    `left out: ${missing.join(', ')} and every test that runs them: there is no Go to build with`,
  )
} else {
  const paths = await buildEngines(tell)
  for (const [name, path] of Object.entries(paths)) tell(`${name}: ${path}`)
}
if (tempoBinary() === undefined) {
  tell('left out: Tempo: no `tempo` on the PATH, and COSTSPAN_STACK_TEMPO names none')
}
