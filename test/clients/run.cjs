const { clients } = require('./clients.cjs')
const { main } = require('../matrix/run.cjs')
const costspan = require('../../dist/instrumentation/index.js')

main(clients, async (name) => require(name), costspan)
