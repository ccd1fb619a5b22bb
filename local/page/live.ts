/** When to ask again: on the server's word, else by polling; never more than once a second. */

const PAUSE_MS = 1_000
/** Without news, because the run rate falls by itself. */
const IDLE_MS = 15_000
/** While the event stream is down. */
const POLL_MS = 3_000

export interface Live {
  /** Ask now: a choice was made. */
  refresh(): void
}

/** `load` is never run twice at a time; what comes in meanwhile runs it once more. */
export function live(load: () => Promise<void>): Live {
  let streaming = false
  let running = false
  let again = false
  let last = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const run = async (): Promise<void> => {
    if (running) {
      again = true
      return
    }
    running = true
    again = false
    clearTimeout(timer)
    await load()
    last = Date.now()
    running = false
    schedule(nextPause())
  }
  const nextPause = (): number => (again ? PAUSE_MS : streaming ? IDLE_MS : POLL_MS)
  const schedule = (delay: number): void => {
    clearTimeout(timer)
    timer = setTimeout(() => void run(), delay)
  }

  const source = new EventSource('/api/events')
  source.addEventListener('open', () => (streaming = true))
  source.addEventListener('error', () => {
    // Comes again with each attempt to reconnect: only the first may move the next question.
    if (streaming && !running) schedule(POLL_MS)
    streaming = false
  })
  source.addEventListener('change', () => {
    if (running) again = true
    else schedule(Math.max(0, last + PAUSE_MS - Date.now()))
  })
  void run()
  return { refresh: () => void run() }
}
