"""Comments in JSON, as sites and services answer with them: WordPress, Discourse, Reddit, Hacker News, any other."""
