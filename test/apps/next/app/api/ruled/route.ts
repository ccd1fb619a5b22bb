import { asked, openai } from '../../client'

export async function POST(request: Request) {
  return Response.json(await openai().chat.completions.create(asked(await request.text())))
}
