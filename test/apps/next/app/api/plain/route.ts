import { withAttributedRoute } from 'costspan/next'
import { asked, openai } from '../../client'

export const POST = withAttributedRoute(
  (request) => ({ feature: 'plain', user: request.headers.get('x-user') ?? undefined }),
  async (request: Request) =>
    Response.json(await openai().chat.completions.create(asked(await request.text()))),
)
