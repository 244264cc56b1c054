package channel

// Noted is how many waits a channel has noted, those that have ended elsewhere included.
func (c *Channel) Noted() int {
	if b, ok := c.kind.(*bounded); ok {
		return len(b.receivers.items) + len(b.senders.items)
	}
	return len(c.waiters.items)
}

// Subscriptions is how many subscriptions a topic has noted.
func (c *Channel) Subscriptions() int { return len(c.kind.(*topic).subscriptions) }

// Waiting is Noted of an unbounded channel while others use it.
func (c *Channel) Waiting() int {
	c.send.Lock()
	defer c.send.Unlock()
	return len(c.waiters.items)
}
