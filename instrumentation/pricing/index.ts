/**
 * Usage in, dollars out: `price(book, request)`. Pure; knows no provider's wire format and does no input or output.
 * Public as `costspan/pricing`.
 */

export { price, type PriceRequest } from './price.ts'
export { reprice, type Change, type PastCall } from './reprice.ts'
export { buildBook, PriceBookError, type PriceBook, type PriceBookSource } from './book.ts'
