-- The machines of an account are counted when another one is registered.
CREATE INDEX instance_account ON instance (account);
