package syntax

// LiteralIf tells whether two quotation literals and the word "if" stand at
// index i: the literal form of the conditional (chapter 1, section 13).
func LiteralIf(stmts []Stmt, i int) bool {
	return i+2 < len(stmts) && stmts[i].Kind == StmtQuotation && stmts[i+1].Kind == StmtQuotation && isCall(stmts, i+2, "if")
}

// QuotationRun returns the index behind the quotation literals that start at i.
func QuotationRun(stmts []Stmt, i int) int {
	for i < len(stmts) && stmts[i].Kind == StmtQuotation {
		i++
	}
	return i
}

// LiteralCond returns the number of clauses of a literal cond whose first
// predicate is at index i, or 0: 2N quotation literals, the literal N, "cond"
// (chapter 1, section 13). end is the result of QuotationRun.
func LiteralCond(stmts []Stmt, i, end int) int {
	if !isCall(stmts, end+1, "cond") || stmts[end].Kind != StmtInt {
		return 0
	}
	if n := int64(stmts[end].Bits); n >= 1 && n <= int64(end-i) && 2*n == int64(end-i) {
		return int(n)
	}
	return 0
}

// CondCount returns the Int literal at index i if "cond" stands behind it, else nil.
func CondCount(stmts []Stmt, i int) *Stmt {
	if i >= len(stmts) || stmts[i].Kind != StmtInt || !isCall(stmts, i+1, "cond") {
		return nil
	}
	return &stmts[i]
}

// EndsInExit tells whether a body ends in os.exit: nothing goes on behind it.
func EndsInExit(stmts []Stmt) bool { return len(stmts) > 0 && isCall(stmts, len(stmts)-1, "os.exit") }

// EndsInTrue tells whether a body ends in the literal "true": as a predicate of a cond it always
// holds.
func EndsInTrue(stmts []Stmt) bool {
	return len(stmts) > 0 && stmts[len(stmts)-1].Kind == StmtBool && stmts[len(stmts)-1].Bits == 1
}

func isCall(stmts []Stmt, i int, word string) bool {
	return i < len(stmts) && stmts[i].Kind == StmtCall && stmts[i].Text == word
}

// LiteralIndex tells whether statement i is an Int literal directly before
// pick or roll.
func LiteralIndex(stmts []Stmt, i int) bool {
	return stmts[i].Kind == StmtInt && (isCall(stmts, i+1, "pick") || isCall(stmts, i+1, "roll"))
}
