(source_file) @local.scope
(definition name: (word) @local.definition.function)
(call name: (word) @local.reference)
(type_name) @local.reference
(union name: (word) @local.definition.type)
