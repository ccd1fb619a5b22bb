import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { callAll, PROMPT } from './calls.js'

const client = new BedrockRuntimeClient({
  region: 'us-east-1',
  endpoint: process.env.SIM_BEDROCK_URL,
  credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
})
const request = {
  modelId: 'anthropic.claude-sonnet-5-v1:0',
  messages: [{ role: 'user', content: [{ text: PROMPT }] }],
  inferenceConfig: { maxTokens: 40 },
}

callAll({
  bedrock: {
    async plain() {
      const { output, usage } = await client.send(new ConverseCommand(request))
      return { output, usage }
    },
    stream: async () => (await client.send(new ConverseStreamCommand(request))).stream,
  },
})
