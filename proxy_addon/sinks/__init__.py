"""Where usage records go. One module per kind; a sink takes whole lines and says when it cannot."""
