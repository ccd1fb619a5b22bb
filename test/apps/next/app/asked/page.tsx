import { asked, openai } from '../client'

export const dynamic = 'force-dynamic'

export default async function Page() {
  const { choices } = await openai().chat.completions.create(asked('What does the page say?'))
  return <p>{choices[0]?.message.content}</p>
}
