/** How a stream's bytes are cut into events: what an observer needs of it. Bytes arrive cut anywhere. */

export interface EventSplitter {
  /**
   * Takes bytes, returns the text (latin1) of the events they complete, each with what ends it. With `telling`, those
   * that match it are enough: most events of a stream are content, and one search is all they cost.
   */
  push(bytes: Uint8Array, telling?: RegExp): readonly string[]
  /** What is left when the stream has ended: an event without its end, or an empty string. */
  rest(): string
  /** True where an event was given up because of its size. */
  readonly overflowed: boolean
}

export interface Framing {
  /** Part of the content type of such streams. */
  readonly contentType: string
  createSplitter(): EventSplitter
  /** What an event (latin1 text as from the splitter) says, as proper text; empty where it says nothing. */
  data(event: string): string
}
