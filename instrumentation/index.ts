/** The public interface of costspan inside an application. Importing it has no side effects. */

export { enterAttribution, withAttribution, type AttributionInput } from './attribution/context.ts'
export type { Attribution, Unit } from './core/attribution.ts'
export { AttributionRequiredError } from './core/attribution-required.ts'
export { usePrices } from './compose.ts'
export { PriceBookError, type PriceBookSource } from './pricing/index.ts'
export { recordCost, recordOutcome, type CostInput, type OutcomeInput } from './outcomes.ts'
export { CostSpanProcessor } from './cost-span-processor.ts'
