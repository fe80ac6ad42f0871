"""The service: moderation over HTTP, in the protocols of the clients that newsrooms have. An extra; the core never imports it."""
