import * as costspan from '../../dist/instrumentation/index.js'
import run from '../matrix/run.cjs'
import { clients } from './clients.cjs'

await run.main(clients, (name) => import(name), costspan)
