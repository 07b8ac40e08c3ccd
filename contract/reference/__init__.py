"""The published form of the contract: AsyncAPI 3, JSON Schema and tables, made from the code beside this folder."""
