"""Label Studio, used for its screen (design D5): annotation configs, the codec, the client."""
