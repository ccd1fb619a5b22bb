// A day of traffic without its pauses: calls of many kinds, with names that an application goes on inventing. Arguments:
// how many, after how many the heap is weighed each time, a kind to leave out, and of how many calls one brings new names.
// What is costspan's is left out where COSTSPAN is not set.
const { OpenAI } = require('openai')
const { pause, settle, heapBytes, objects, listeners, report } = require('./held.cjs')

const [calls, each] = process.argv.slice(2, 4).map(Number)
const without = process.argv[4]
const newOneIn = Number(process.argv[5])
const client = new OpenAI({ apiKey: 'none', maxRetries: 1 })
const observed = process.env.COSTSPAN === '1'
const costspan = observed ? require('costspan') : undefined
/** Calls under way at once. */
const AT_ONCE = 20

const ALL_KINDS = ['broken', 'error', 'resent', 'aborted', 'left', 'unread', 'stream', 'stream']
const KINDS = ALL_KINDS.map((kind) => (kind === without ? 'plain' : kind))
const MODELS = ['gpt-5.4', 'gpt-5.4-mini', 'gpt-5-nano', 'o3', 'gpt-4.1']

/** Whole numbers that look like chance, the same in every run. */
function mixed(index) {
  let value = Math.imul(index + 1, 0x9e3779b1)
  value = Math.imul(value ^ (value >>> 15), 0x85ebca6b)
  return (value ^ (value >>> 13)) >>> 0
}

/** One call in so many has a name of each kind that nobody has used before. */
function plan(index) {
  const chance = mixed(index)
  const fresh = (chance >>> 8) % newOneIn === 0
  return {
    kind: chance % 8 === 0 ? KINDS[(chance >>> 4) % KINDS.length] : 'plain',
    model: fresh ? `private-${index}` : MODELS[chance % MODELS.length],
    attribution: {
      feature: fresh ? `feature-${index}` : `feature-${chance % 12}`,
      team: fresh ? `team-${index}` : `team-${chance % 4}`,
      customer: `customer-${(chance >>> 3) % 500_000}`,
      user: `user-${(chance >>> 2) % 500_000}`,
      session: `session-${index >> 2}`,
      prompt: { name: fresh ? `prompt-${index}` : `prompt-${chance % 3}` },
      tags: { [fresh ? `tag-${index}` : 'plan']: 'gold' },
      // Half of the calls are a conversation's, of ten turns; the others are those of one unit that never ends.
      ...(chance % 2 === 0
        ? { conversation: `conversation-${Math.floor(index / 10)}` }
        : { unit: { type: 'queue', id: 'nightly' } }),
    },
    system: `You answer for shop ${fresh ? index : chance % 7}.`,
  }
}

const attributed = (attribution, work) =>
  costspan === undefined ? work() : costspan.withAttribution(attribution, work)

async function call(index) {
  const { kind, model, attribution, system } = plan(index)
  const stream = ['broken', 'left', 'unread', 'stream'].includes(kind)
  const request = {
    model,
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: `Where is order ${index}?` },
    ],
    stream,
    ...(stream ? { stream_options: { include_usage: true } } : {}),
  }
  const options = { headers: { 'x-answer': kind } }
  try {
    await attributed(attribution, () => finish(kind, request, options, index))
  } catch (error) {
    if (!['broken', 'error', 'aborted'].includes(kind)) throw error
  }
}

async function finish(kind, request, options, index) {
  const controller = new AbortController()
  if (kind === 'aborted') setImmediate(() => controller.abort())
  const signal = kind === 'aborted' ? controller.signal : undefined
  const result = await client.chat.completions.create(request, { ...options, signal })
  if (request.stream && kind !== 'unread') {
    let seen = 0
    for await (const _ of result) {
      seen += 1
      if (kind === 'left' && seen === 3) break
    }
  }
  if (index % 10 === 0) costspan?.recordOutcome(`outcome-${index % 1000}`, { success: true })
  if (index % 10 === 1)
    costspan?.recordCost({ component: `part-${index % 500}`, amount: 0.0001, origin: 'allocated' })
}

/** A call that was aborted may be a client's own time-out, and is open for a resend for 10 s. */
const RESEND_MS = KINDS.includes('aborted') ? 11_000 : 0

/** Once nothing is open any more. What is collected is noticed when open calls are next looked over. */
async function weigh(done) {
  await pause(RESEND_MS)
  for (let round = 0; round < 3; round += 1) {
    await heapBytes()
    await settle()
  }
  const counts = observed ? objects(['CallSpan', 'Response']) : {}
  const held = { done, heap: await heapBytes(), objects: counts, listeners: listeners() }
  console.log(`held ${JSON.stringify(held)}`)
  return held
}

async function main() {
  const started = performance.now()
  const cpu = process.cpuUsage()
  const held = []
  let next = 0
  const worker = async (until) => {
    while (next < until) await call(next++)
  }
  for (let until = each; until <= calls; until += each) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => worker(until)))
    held.push(await weigh(until))
  }
  const { user, system } = process.cpuUsage(cpu)
  report({
    held,
    wallMs: performance.now() - started,
    cpuUs: (user + system) / calls,
    peakMb: process.resourceUsage().maxRSS / 1024,
  })
}
main()
