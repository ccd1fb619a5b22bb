const http = require('node:http')
const undici = require('undici7')
const { withAttribution } = require('costspan')
const { run } = require('./ways.cjs')

const { fetch: undiciFetch, request: undiciRequest } = undici
run({ withAttribution, http, undici, undiciFetch, undiciRequest })
