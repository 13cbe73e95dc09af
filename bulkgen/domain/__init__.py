"""What bulkgen knows about its subject: pure data and rules, no I/O and no clock."""
