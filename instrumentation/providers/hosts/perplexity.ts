/**
 * Perplexity. Answers state what was billed, request and search fees included. Where one does not, its search context
 * size picks the request's fee; searches and citations are billed by deep research, which counts citations.
 * Source: types of @perplexity-ai/perplexity_ai 0.38.5, `UsageInfo`, `Cost`, `ResponsesUsage`, read 2026-11-26.
 */

import { at, count, text } from '../../core/unknown.ts'
import { dollars, type Host } from '../host.ts'

export const perplexity: Host = {
  names: ['api.perplexity.ai'],
  provider: 'perplexity',
  takesStreamUsage: 'nowhere',
  usage(usage) {
    const citations = count(usage['citation_tokens'])
    const searchContextSize = text(usage['search_context_size'])
    return {
      cacheRead: count(at(usage, 'input_tokens_details', 'cache_read_input_tokens')),
      citations,
      webSearches: citations === undefined ? undefined : count(usage['num_search_queries']),
      context: searchContextSize === undefined ? undefined : { searchContextSize },
      statedCost: dollars(at(usage, 'cost', 'total_cost')),
    }
  },
}
