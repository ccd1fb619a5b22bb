import { ClientRequest, request } from 'node:http'
import { withAttribution } from 'costspan'
import undici, { fetch as undiciFetch, request as undiciRequest } from 'undici7'
import { run } from './ways.cjs'

await run({ withAttribution, http: { ClientRequest, request }, undici, undiciFetch, undiciRequest })
