import * as costspan from 'costspan'
import { clients } from './clients.cjs'
import run from './run.cjs'

await run.main(clients, (name) => import(name), costspan)
