/** Numbers for cards: of most models a context changes no more than how sure the amount is, and one card does. */

import type { Card } from './price-card.ts'

/** More than there are cards. */
export const DOUBT = 100_000

export class CardNumbers {
  readonly cards: Card[]
  /** Why an amount is only a lower bound. */
  readonly doubts = ['']
  readonly #known = new Map<string, number>()

  /** @param first cards that have numbers already: their indices */
  constructor(first: readonly Card[]) {
    this.cards = [...first]
    for (const [index, card] of first.entries()) {
      const key = JSON.stringify(card)
      if (!this.#known.has(key)) this.#known.set(key, index)
    }
  }

  /** A card's index, and DOUBT times that of its doubt. */
  numberOf(card: Card): number {
    const { doubt, sure } = withoutDoubt(card)
    const known = this.doubts.indexOf(doubt)
    const number = known === -1 ? this.doubts.push(doubt) - 1 : known
    return this.#indexOf(sure) + number * DOUBT
  }

  #indexOf(card: Card): number {
    const key = JSON.stringify(card)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const index = this.cards.push(card) - 1
    this.#known.set(key, index)
    return index
  }
}

function withoutDoubt(card: Card): { readonly doubt: string; readonly sure: Card } {
  const { doubt = '', long, ...sure } = card
  if (long === undefined) return { doubt, sure }
  const longer = withoutDoubt(long)
  // One doubt for both, or it stays where it is.
  if (longer.doubt !== doubt) return { doubt: '', sure: card }
  return { doubt, sure: { ...sure, long: longer.sure } }
}
