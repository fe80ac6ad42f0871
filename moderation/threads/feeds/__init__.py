"""Exports in XML: WordPress (WXR), Disqus and Blogger."""
