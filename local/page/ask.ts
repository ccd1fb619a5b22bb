/** Asking the server that the page is from. */

/** @throws Error where it does not answer, or does not know. */
export async function ask<T>(path: string, query: URLSearchParams): Promise<T> {
  const response = await fetch(query.size === 0 ? path : `${path}?${query.toString()}`)
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return (await response.json()) as T
}
