[(definition) (union) (quotation) (match) (arm)] @fold
