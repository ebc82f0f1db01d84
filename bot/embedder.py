"""Decides which embedder the settings mean, and says in one line why it cannot be had."""

from __future__ import annotations

from bot.database import DatabaseUnusable, Pool
from bot.settings import Settings, UnusableSetting
from indexing.embeddings import Embedder, EndpointEmbedder, LocalEmbedder, mismatch
from indexing.minilm import ModelMissing
from indexing.store.search import fetch_embedding_model

_CHOICES = "Set JOBAID_EMBEDDINGS to local, none, or a model that the endpoint serves."


async def load_embedder(settings: Settings, pool: Pool) -> Embedder | None:
    """Load the configured embedder; None when there is to be none.

    Raises `UnusableSetting` when it cannot be had, and `DatabaseUnusable` when another embedder
    filled the index.
    """
    embedder = await configured_embedder(settings)
    async with pool.connection() as conn:
        wrong = mismatch(await fetch_embedding_model(conn), embedder)
    if wrong:
        raise DatabaseUnusable(wrong)
    return embedder


async def fault_of_embedder(settings: Settings, pool: Pool) -> str:
    """Why the configured embedder cannot be used, with the remedy; '' when it can."""
    try:
        await load_embedder(settings, pool)
    except (UnusableSetting, DatabaseUnusable) as error:
        return str(error)
    return ""


async def configured_embedder(settings: Settings) -> Embedder | None:
    """Load what JOBAID_EMBEDDINGS says, whatever fills the index."""
    match settings.jobaid_embeddings:
        case "none":
            return None
        case "local":
            try:
                return await LocalEmbedder.load(settings.jobaid_home / "models")
            except ModelMissing as error:
                raise UnusableSetting(
                    f"JOBAID_EMBEDDINGS is local, but {error}. Install the locked requirements"
                    " again (make demo does), or set it to none."
                ) from None
        case model:
            return await _at_endpoint(settings, model)


async def _at_endpoint(settings: Settings, model: str) -> Embedder:
    url = settings.openai_base_url
    if not url:
        raise UnusableSetting(
            f"JOBAID_EMBEDDINGS names the model {model!r}, but OPENAI_BASE_URL is not set."
            " Set it to the endpoint that serves this model, or use local or none."
        )
    from openai import APIConnectionError, APIStatusError, OpenAIError

    try:
        return await EndpointEmbedder.connect(url, settings.openai_api_key, model)
    except APIConnectionError:
        raise UnusableSetting(
            f"OPENAI_BASE_URL {url} cannot be reached, so the model {model!r} of JOBAID_EMBEDDINGS"
            f" cannot be used. Start the endpoint or correct its address. {_CHOICES}"
        ) from None
    except APIStatusError as error:
        if error.status_code in (401, 403):
            raise UnusableSetting(
                f"OPENAI_API_KEY is not accepted by {url} ({error.status_code}). Set the key that"
                " belongs to it."
            ) from None
        raise UnusableSetting(
            f"JOBAID_EMBEDDINGS names the model {model!r}, but {url} gives no embeddings for it"
            f" ({error.status_code}). {_CHOICES}"
        ) from None
    except OpenAIError:
        raise UnusableSetting(
            f"OPENAI_BASE_URL {url} does not answer as an OpenAI-compatible endpoint. {_CHOICES}"
        ) from None
