/**
 * `node --require costspan/register app.js`, `node --import costspan/register app.mjs`. No top-level await here or in
 * anything it imports, so that `require` takes it.
 */

import { start } from './compose.ts'

start()
