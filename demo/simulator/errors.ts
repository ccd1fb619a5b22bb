/**
 * Error answers. OpenAI: platform.openai.com/docs/guides/error-codes; Anthropic: platform.claude.com/docs/en/api/errors;
 * Gemini: ai.google.dev/gemini-api/docs/troubleshooting; Bedrock: docs.aws.amazon.com/bedrock, "Converse", "Errors".
 * Read 2026-11-24. Cohere: docs.cohere.com/reference/errors; Ollama: docs/api.md; Groq: console.groq.com/docs/errors; Mistral:
 * what `@mistralai/mistralai` 2.7.0 reads of one (`getResponseAndError`). Read 2026-11-26.
 */

import type { JsonObject } from '../../instrumentation/core/unknown.ts'
import type { Provider } from './scenario.ts'
import { SERVER_ERROR } from './openai-chat.ts'

const ANTHROPIC_TYPES: Readonly<Record<number, readonly [string, string]>> = {
  400: ['invalid_request_error', 'The request could not be read.'],
  401: ['authentication_error', 'invalid x-api-key'],
  403: ['permission_error', 'Your API key does not have permission to use the specified resource.'],
  404: ['not_found_error', 'The requested resource could not be found.'],
  413: ['request_too_large', 'Request exceeds the maximum size'],
  429: ['rate_limit_error', 'This request would exceed the rate limit for your organization.'],
  500: ['api_error', 'Internal server error'],
  529: ['overloaded_error', 'Overloaded'],
}

const OPENAI_ERRORS: Readonly<Record<number, object>> = {
  401: {
    message: 'Incorrect API key provided.',
    type: 'invalid_request_error',
    param: null,
    code: 'invalid_api_key',
  },
  404: {
    message: 'The model does not exist or you do not have access to it.',
    type: 'invalid_request_error',
    param: null,
    code: 'model_not_found',
  },
  429: {
    message: 'Rate limit reached for requests. Please try again later.',
    type: 'requests',
    param: null,
    code: 'rate_limit_exceeded',
  },
}

const GEMINI_STATUS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
}

const BEDROCK_TYPES: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  424: 'ModelErrorException',
  429: 'ThrottlingException',
  500: 'InternalServerException',
  503: 'ServiceUnavailableException',
}

/** The header `x-amzn-errortype` names the exception. */
export function bedrockErrorType(status: number): string {
  return BEDROCK_TYPES[status] ?? 'InternalServerException'
}

/** The body of an error answer. `message` replaces the provider's usual words. */
export function errorBody(
  provider: Provider,
  status: number,
  requestId: string,
  message?: string,
): JsonObject {
  const said = message ?? 'The request failed.'
  switch (provider) {
    case 'anthropic':
      return anthropicError(status, requestId, message)
    case 'openai':
      return openaiError(status, message)
    case 'gemini':
      return { error: { code: status, message: said, status: GEMINI_STATUS[status] ?? 'UNKNOWN' } }
    case 'bedrock':
      return { message: said }
    case 'cohere':
      return { id: requestId, message: said }
    case 'ollama':
      return { error: said }
    case 'groq':
      return { error: { message: said, type: usualType(status) } }
    case 'mistral':
      return { object: 'error', message: said, type: usualType(status), code: String(status) }
  }
}

const usualType = (status: number): string =>
  status >= 500 ? 'internal_server_error' : 'invalid_request_error'

function anthropicError(status: number, requestId: string, message?: string): JsonObject {
  const [type, usual] = ANTHROPIC_TYPES[status] ??
    ANTHROPIC_TYPES[status >= 500 ? 500 : 400] ?? ['api_error', '']
  return {
    type: 'error',
    error: { type, message: message ?? usual },
    request_id: requestId,
  }
}

function openaiError(status: number, message?: string): JsonObject {
  const usual =
    OPENAI_ERRORS[status] ??
    (status >= 500
      ? SERVER_ERROR
      : { message: 'Invalid request.', type: 'invalid_request_error', param: null, code: null })
  return { error: { ...usual, ...(message === undefined ? {} : { message }) } }
}
