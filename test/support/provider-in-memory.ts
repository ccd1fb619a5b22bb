/** `globalThis.fetch` answered from memory, cut into pieces as a test wishes. */

export interface InMemoryAnswer {
  readonly pieces: readonly Uint8Array[]
  readonly contentType?: string
  readonly status?: number
  /** Breaks the body off after its last piece. */
  readonly error?: Error
}

/** Replaces `fetch` until the function returned is called. Install it before `intercepted()`. */
export function answerFromMemory(answer: () => InMemoryAnswer): () => void {
  const real = globalThis.fetch
  globalThis.fetch = () => {
    const { pieces, contentType, status = 200, error } = answer()
    let next = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const piece = pieces[next]
        next += 1
        if (piece !== undefined) controller.enqueue(piece.slice())
        else if (error !== undefined) controller.error(error)
        else controller.close()
      },
    })
    const headers = contentType === undefined ? {} : { 'content-type': contentType }
    return Promise.resolve(new Response(body, { status, headers }))
  }
  return () => {
    globalThis.fetch = real
  }
}

/** Text or bytes cut at these places. */
export function cut(source: string | Uint8Array, places: readonly number[]): Uint8Array[] {
  const bytes = typeof source === 'string' ? new TextEncoder().encode(source) : source
  const inside = places.map((place) => place % (bytes.length + 1))
  const sorted = [0, ...inside.sort((a, b) => a - b), bytes.length]
  return sorted.slice(1).map((end, index) => bytes.slice(sorted[index], end))
}
