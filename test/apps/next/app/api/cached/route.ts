import { asked } from '../../client'

/** Next.js answers the same question from its cache the second time: the provider bills one call. */
export async function POST(request: Request) {
  const answer = await fetch(`${process.env.SIM_URL}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(asked(await request.text())),
    cache: 'force-cache',
  })
  return new Response(await answer.text())
}
