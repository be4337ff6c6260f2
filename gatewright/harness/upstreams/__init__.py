"""What stands behind the proxy on a laptop: a simulated Azure OpenAI, recordings, or a given address."""
