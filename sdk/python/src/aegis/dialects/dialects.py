"""Every dialect this SDK reads, by name."""

from __future__ import annotations

from collections.abc import Mapping

from .anthropic_messages import AnthropicMessages
from .bedrock_converse import BedrockConverse
from .dialect import Dialect
from .gemini import Gemini
from .mistral_conversations import MistralConversations
from .openai_chat import OpenAIChat
from .openai_responses import OpenAIResponses

OPENAI_CHAT = OpenAIChat("openai-chat")
OPENAI_RESPONSES = OpenAIResponses()
ANTHROPIC = AnthropicMessages()
GEMINI = Gemini()
BEDROCK_CONVERSE = BedrockConverse()
MISTRAL_CHAT = OpenAIChat("mistral-chat")
MISTRAL_CONVERSATIONS = MistralConversations()

DIALECTS: Mapping[str, Dialect] = {
    one.name: one
    for one in (OPENAI_CHAT, OPENAI_RESPONSES, ANTHROPIC, GEMINI, BEDROCK_CONVERSE, MISTRAL_CHAT, MISTRAL_CONVERSATIONS)
}
